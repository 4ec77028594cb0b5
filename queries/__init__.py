"""The filter language and everything else about contacts that needs no server: parsing, meaning, compilation, text."""
