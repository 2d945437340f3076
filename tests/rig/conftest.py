from e2e.browser import browser, phone

__all__ = ["browser", "phone"]
