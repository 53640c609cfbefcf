"""From stamped facts to what was known at a cut: selections, the spine, histories and labels."""
