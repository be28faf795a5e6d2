"""What people ask at the desk: who gets what and why, how the runs went, what a letter looks like."""
