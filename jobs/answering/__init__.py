"""From a mail that came back to what follows from it: joins the mailbox and the memory for the job that reads it."""
