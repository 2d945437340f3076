from e2e.browser import browser, driver, phone, whole_browser

__all__ = ["browser", "driver", "phone", "whole_browser"]
