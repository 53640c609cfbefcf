"""A lake that anything may happen to, the real pipeline on it, and the laws that hold all the while."""
