"""A playbook file that can be used, for tests that break it."""

GOOD = """code: SomeCode
title: A title
meaning: What it means
kind: user
retry: plain
source: {document: Doc, section: Sec, url: "https://learn.microsoft.com/x", edition: "2025-11-12"}
causes:
  - id: full
    text: Full
    check: restore-points-full
    guidance:
      - text: Look at {vm}.
        run:
          - {shell: bash, at: cloud, line: "az vm show --ids '{vm_id}'"}
runbook:
  - {do: fix, fix: delete-restore-point-collection, cures: [full]}
"""
