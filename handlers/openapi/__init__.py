"""The API described for programs: every route with what it takes and answers (OpenAPI 3.1)."""
