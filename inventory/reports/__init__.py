"""Read queries about stock, shared by the command line, the pages and the API. Nothing here writes."""

from inventory.reports.stock import ROWS_AT_A_TIME, Clock, StockRow, stock, values_at

__all__ = ["ROWS_AT_A_TIME", "Clock", "StockRow", "stock", "values_at"]
