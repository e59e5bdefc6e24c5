"""What finance decides and disputes do in runs that release 0.1.0 began; the other steps are unchanged (fault 24).

Once no such run is left, this folder goes, and with it every question about `process_version`.
"""
