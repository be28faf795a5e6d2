"""The first page of a workbook as a PDF, made by LibreOffice where it is installed."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from jobs.reports.whole_files import save_whole

SECONDS = 90
_FIRST_PAGE = 'pdf:calc_pdf_Export:{"PageRange":{"type":"string","value":"1"}}'


def write_pdf(workbook: Path) -> str:
    """Write the workbook's first page beside it as a PDF; gives "" or, in a sentence, why there is none.

    LibreOffice runs with a profile of its own that is thrown away, and is ended if it takes too long.
    """
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        return "There is no PDF of the workbook: LibreOffice is not installed. Set reports: pdf: to no, or install it."
    with tempfile.TemporaryDirectory(prefix="workbook-pdf-") as folder:
        command = [program, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--norestore",
                   "--convert-to", _FIRST_PAGE, "--outdir", folder, str(workbook)]  # fmt: skip
        try:
            subprocess.run(command, timeout=SECONDS, check=True, capture_output=True, cwd=folder)
            save_whole(workbook.with_suffix(".pdf"), Path(folder, f"{workbook.stem}.pdf").read_bytes())
        except subprocess.TimeoutExpired:
            return f"There is no PDF of the workbook: LibreOffice did not end within {SECONDS} seconds."
        except (subprocess.CalledProcessError, FileNotFoundError):
            return "There is no PDF of the workbook: LibreOffice could not make one."
    return ""
