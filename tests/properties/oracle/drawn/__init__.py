"""Small histories of a league, drawn: what each source told, when it could be read, and in which batch it came."""
