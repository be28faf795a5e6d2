#!/usr/bin/env python3
"""Scheduled jobs of a physical-therapy and Pilates clinic.

Appointments come in from spreadsheets and calendars, follow-up letters go out once, and a workbook sums up
the referral sources each week. Nothing leaves the house before config/clinic.yaml says `mode: live`.

Usage: python run_jobs.py [-C FOLDER] COMMAND      (-C: the folder of config/ and templates/, if not this one)

To look around
  demo                 a made-up clinic's week, from its exports to the letters and the workbook
  list                 the jobs, what each does and when it runs
  status               the last runs, the next ones, and what waits for a person

Before anything is sent
  init                 ask for a new clinic's name, time zone, address and files; write a commented config/
  map FILE             what the columns of an export mean; asks what is unclear, writes config/sources.yaml
  check                every fault in settings, letters, articles and names, with its line and remedy
  preview LETTER       a letter as made-up patients would get it    (--all --open: every letter; --to ADDRESS)
  templates history    the versions of the letters   (templates show, templates restore: one of them again)
  articles match TEXT  which articles fit what was typed, with the weights   (articles list, add-word, confirm, veto)
  forecast --days 7    who would get which letter, and why
  google sign-in       let a person allow in the browser what config/ asks of Google
  reconcile            where calendar and spreadsheet differ
  patients             who may be one patient; say so   (patients same 12 57, patients apart 12 57)
  outbox               letters that wait for a person: show, release, hold, drop, send again
  who-got --since DAY  who got which letter, by rule, template or article
  problems             what could not be used of the exports, newest first   (patients are masked)
  why PATIENT          everything sent, left out or planned for one patient   (why "Mira Quill")

Who gets no more letters
  stop ADDRESS         put an address on the list   (stop alone shows the list)
  allow ADDRESS        let it have letters again   (allow mira@patient.example --reason "asked for it")
  stop-page            answer the stop links of the letters, behind the clinic's web server

To run
  run JOB...           run jobs now   (run all: pull, mailbox if there is one, send, summarize)
  due                  run what is due; catch up once what was missed   (for cron)
  serve                stay, and do what cron would do   (Ctrl-C ends it)
  clock                is this machine's clock believed, and how to go on if it is not
  backup               copy the database and check the copy   (the job keep_house does it every night)
  restore FILE         put a backup in the place of the database
  crontab              print the lines to install with `crontab -e`

Each command tells more: python run_jobs.py run --help

Exit codes
  0 fine   1 a job failed, or it could not be done   2 not understood: no such command, job, letter or patient
  3 the settings are wrong   4 another run is under way   5 serve: the program was replaced, start it again
"""

import gc
import sys

gc.disable()  # while the program is loaded: nothing of it is garbage
gc.set_threshold(20_000, 20, 20)

if __name__ == "__main__":
    if sys.argv[1:] in ([], ["-h"], ["--help"]):  # at once: what reads the other commands takes four times as long
        print(__doc__.strip())
        sys.exit()
    from jobs.desk.arriving import begin_in_utf_8, load_less
    from jobs.desk.streams import open_streams

    begin_in_utf_8()
    open_streams()
    load_less()
    try:
        from jobs.desk.commands import cli
        from jobs.desk.leaving import leave
    except ModuleNotFoundError as missing:
        sys.exit(
            f"This Python ({sys.executable}) lacks a package of the program ({missing.name}).\n"
            "`make demo` sets everything up once; from then on write .venv/bin/python run_jobs.py COMMAND."
        )
    try:
        cli(prog_name="run_jobs.py")
    except SystemExit as end:
        leave(end)
