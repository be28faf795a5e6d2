"""What the office manager reads of each fault in the collection, word for word; of a fault that is not here, nothing.

In front of the colon stands the cell, where one is meant.
"""

SAID: dict[str, tuple[str, ...]] = {
    "a sheet that is not there": (
        'There is no sheet "March"; the sheets are Export. Correct sheet: of this source in config/sources.yaml,'
        " or leave it out.",
    ),
    "a header that stands twice": ('More than one column is called "Email"; the first one is read.',),
    "a column that settings name and the file has not": (
        'There is no column "How heard"; the columns are "Appointment ID", "Patient ID", "First Name", '
        '"Last Name", "Email", "Start", "Status". Correct it under this source in config/sources.yaml.',
    ),
    "a column that settings name and that was renamed": (
        'There is no column "Visit No"; the columns are "Visit Nr", "Patient ID", "First Name", "Last '
        'Name", "Email", "Start", "Status". Did you mean "Visit Nr"? Correct it under this source in '
        "config/sources.yaml.",
    ),
    "no column with a start": (
        'No column says when an appointment starts; the columns are "Appointment ID", "Patient ID", "First '
        'Name", "Last Name", "Email". Write start: (or start_date: and start_time:) with the name of its '
        "column under columns: of this source in config/sources.yaml, or let `run_jobs.py map` ask you.",
    ),
    "no column with a patient": (
        'No column says who the patient is; the columns are "Appointment ID", "Start". Write patient_id: (or '
        "patient_name:, or email:) with the name of its column under columns: of this source in "
        "config/sources.yaml, or let `run_jobs.py map` ask you.",
    ),
    "no header at all": (
        "No row among the first 20 has a column name that is known. The first row must name the columns. Name "
        "them under columns: of this source in config/sources.yaml.",
    ),
    "a header and no rows": ("It has column names and no rows. If there were appointments, export it again.",),
    "a word for a date": ("F5: This is no date that can be read. Correct it in the practice system and export again.",),
    "a day that the calendar has not": (
        "F5: This is no date that can be read. Correct it in the practice system and export again.",
    ),
    "an empty start": ("F5: The appointment has no start. Correct it in the practice system and export again.",),
    "a date against the order": (
        "F5: This date does not fit the order month/day/year that this source is read in. Set date_order (mdy, "
        "dmy or ymd) for this source in config/sources.yaml; other dates may have been misread.",
    ),
    "a date that could be two": (
        "F5: This date could be read in two ways: nobody has said whether the month or the day comes first. Set "
        "date_order (mdy, dmy or ymd) for this source in config/sources.yaml.",
    ),
    "a date that could be two among dates that tell": (
        "F6: This date could be read in two ways: nobody has said whether the month or the day comes first. Set "
        "date_order: dmy for this source in config/sources.yaml: its other dates are day/month/year.",
    ),
    "a year far away": (
        "F5: The year is before 1905 or after 2100. Correct it in the practice system and export again.",
    ),
    "a time in its own column that is none": (
        "F5: The time of day cannot be read; only the day is used. Correct it in the practice system and export again.",
    ),
    "a time in its own column that is missing": (
        "G5: The row has no time of day; only the day is used. Correct it in the practice system and export again.",
    ),
    "a time that the clocks skip": (
        "F5: This time does not exist: the clocks go forward over it. It is read one hour later. Correct it in "
        "the practice system and export again.",
    ),
    "a zone that nobody knows": (
        "F5: The time zone is not known, so that the time is not either. Use a name such as America/New_York, or "
        "leave the zone empty: the clinic's own then counts.",
    ),
    "a formula without its result": (
        "Cell F5 has a formula without a saved result. Open the file in Excel and save it.",
        "F5: The appointment has no start. Correct it in the practice system and export again.",
    ),
    "an appointment number that Excel shortened": (
        "A5: Excel has shortened this number; its digits are lost. Export it again and do not open it in Excel "
        "before, or format the column as text.",
    ),
    "a patient number that Excel shortened": (
        "B5: Excel has shortened this number; its digits are lost. Export it again and do not open it in Excel "
        "before, or format the column as text.",
    ),
    "a phone number that Excel shortened": (
        "H5: This is no phone number that can be read. Correct it in the practice system and export again.",
    ),
    "a status that nobody knows": (
        'G5: The status "gone fishing" is not known; the appointment is left out rather than guessed. Add it '
        "under statuses: of this source in config/sources.yaml, as one of booked, arrived, completed, no_show, "
        "cancelled, rescheduled, deleted, deceased.",
    ),
    "an address without its domain": (
        "E5: This is no e-mail address that mail can be sent to. Correct the address in the practice system and "
        "export again; until then this patient gets no letter.",
    ),
    "an address with a blank inside": (
        "E5: A word stands before the address, or the address has a blank in it; it is not used. Correct the "
        "address in the practice system and export again; until then this patient gets no letter.",
    ),
    "two addresses in one cell": (
        "E5: The cell holds more than one e-mail address; the first one is used. Keep one address per patient in "
        "the practice system.",
    ),
    "a test patient": ("D5: This is a test patient. Nothing to do; delete it in the practice system to hide it.",),
    "a patient not to be used": (
        "D5: This is a test patient. Nothing to do; delete it in the practice system to hide it.",
    ),
    "several names in one cell": (
        "B5: The cell names more than one person; no letter names any of them. Give each patient an entry of "
        "their own in the practice system.",
    ),
    "two patients in a first name": (
        "C5: The cell names more than one person; no letter names any of them. Give each patient an entry of "
        "their own in the practice system.",
    ),
    "nobody's row": ("D5: The row names no patient. Correct it in the practice system and export again.",),
    "an amount in words": (
        "H5: This is no amount of money that can be read. Correct it in the practice system and export again.",
    ),
    "a consent that is neither yes nor no": (
        "H5: The consent to e-mail is neither a yes nor a no; it counts as not asked. Correct it in the practice "
        "system and export again.",
    ),
    "a birth date in words": (
        "H5: This is no birth date that can be read. Correct it in the practice system and export again.",
    ),
    "an end before the start": (
        "H5: The appointment ends before it starts; its end is left out. Correct it in the practice system and "
        "export again.",
    ),
    "a length in words": (
        "H5: This is no length of an appointment that can be read. Write it in minutes, such as 45.",
    ),
    "a mark of cancelling that says nothing": (
        "H5: This is neither yes or no nor a date, so that the status is in doubt. Correct it in the practice "
        "system and export again.",
    ),
    "an error value of Excel": (
        "F5: This is no date that can be read. Correct it in the practice system and export again.",
    ),
    "a cell that is an error": (
        "F5: This is no date that can be read. Correct it in the practice system and export again.",
    ),
    "two rows of one number that differ": (
        "A5: A later row has the same appointment with other values; the later row counts. Correct it in the "
        "practice system and export again.",
    ),
    "a short row": (
        "D5: The row names no patient. Correct it in the practice system and export again.",
        "F5: The appointment has no start. Correct it in the practice system and export again.",
    ),
    "a cell left far to the right": (
        "WQK3: This cell stands far from the table (beyond column ZZ, or below 1,000 empty rows); it was not read. "
        "Delete it in Excel if it was left there by mistake; if it belongs to an appointment, move it into the table.",
    ),
    "a cell left far below": (
        "B1501: This cell stands far from the table (beyond column ZZ, or below 1,000 empty rows); it was not read. "
        "Delete it in Excel if it was left there by mistake; if it belongs to an appointment, move it into the table.",
    ),
    "an open quotation mark": ("Line 5 has a quotation mark that is not closed; look at what was read of its row.",),
    "an open quotation mark with rows below": (
        "Line 3 has a quotation mark that is not closed; look at what was read of its row.",
    ),
    "two open quotation marks": (
        "Lines 2, 6 have a quotation mark that is not closed; look at what was read of its row.",
    ),
    "nothing in it": ("The file is empty (0 bytes). Export it again; the export may have been interrupted.",),
    "only blanks in it": ("There is nothing in this file. Export it again; the export may have been empty.",),
    "half a workbook": ("This is not a workbook, or it is damaged. Export it again, or open and save it in Excel.",),
    "a workbook with a password": (
        "The workbook is protected with a password. Export it without one, or remove it in Excel under File, Info.",
    ),
    "a web page called a workbook": (
        "This is a web page with the name of a table. Open it in Excel and save it as .xlsx.",
    ),
    "a picture called a text table": (
        "This is neither a workbook nor a table of text. Export it again as .xlsx or .csv.",
    ),
    "another kind of zip": (
        "This is not a workbook, or it is damaged. Export it again, or open and save it in Excel.",
    ),
    "an empty workbook": ("There is nothing in this file. Export it again; the export may have been empty.",),
    "a definition in a sheet": (
        "The workbook holds definitions (DOCTYPE), with which a few bytes can become gigabytes; no real export "
        "does. Ask whoever made the file if it is genuine, and export it again.",
    ),
    "a definition in a picture": (
        "The workbook holds definitions (DOCTYPE), with which a few bytes can become gigabytes; no real export "
        "does. Ask whoever made the file if it is genuine, and export it again.",
    ),
}
