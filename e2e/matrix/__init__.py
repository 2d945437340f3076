"""The matrix: every page, for people with usual, no and the longest data, in each language, colours, and with scripts or without."""
