"""Search engines behind one interface; which product runs is known only inside this package."""
