"""From a due letter to one that left: joins the clinic's memory, the articles and the mail for the job that sends."""
