"""What the weekly workbook is made of, one step after another: what was asked, counted, kept and delivered."""
