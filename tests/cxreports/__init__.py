"""CxReports' own Python client, unchanged, against a running stack, whose API_URL and ADMIN_TOKEN are in the environment: `pytest tests/cxreports`.

Calls every public method of `CxReportClientV1` but those of jobs, in the ways that its documentation and its code show, and looks at what
comes: the words and colours of PDFs, the fields of lists. A method that a later version adds, and that is not called here, is a failure.
Works in a workspace of its own.
"""
