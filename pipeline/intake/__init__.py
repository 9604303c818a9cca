"""Taking photos in from a folder or ZIP: the good become rows and display copies, the bad are named with the reason."""
