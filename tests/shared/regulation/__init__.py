"""The regulation as data, and the rules that cite it."""
