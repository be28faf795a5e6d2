"""What the weekly workbook is made of, step after step: what was answered, asked, counted, kept and delivered."""
