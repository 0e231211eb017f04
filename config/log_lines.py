"""What is written to the log."""

import logging

FAULTS_OF_OURS = 500


class TracebacksOfFaults(logging.Filter):
    """A filter for log handlers: only a fault of ours is worth a traceback.

    Django adds one to the line of many a request that it answers with 4xx, as for a broken form or a filter that the
    admin does not know; anybody could fill the disk with them.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(record, "status_code", FAULTS_OF_OURS) < FAULTS_OF_OURS:
            record.exc_info = None
        return True
