"""Law 6: selections as plain loops over plain rows, written from what is promised and sharing no code with the product.

`facts` says what could be known when; a module a subject says what is selected at a cut; `drawn` makes histories.
"""
