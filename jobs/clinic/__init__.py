"""Records and rules of the clinic. Pure: no file, no network, no database, no clock."""
