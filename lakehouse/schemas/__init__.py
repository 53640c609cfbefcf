"""Every table of the lake, declared once; the declaration is also the documentation (`pretip schema`)."""
