"""Drives the client that openapi-python-client generates against the sandbox.

    client.py SANDBOX_URL API_KEY

The generated package is `waterfall_client`.
"""

import sys
import time
from uuid import UUID

from waterfall_client import AuthenticatedClient
from waterfall_client.api.account import get_account
from waterfall_client.api.contact_enrichment import (
    find_contact_enrichment,
    launch_contact_enrichment,
)
from waterfall_client.api.search import search_contacts
from waterfall_client.models import (
    Account,
    ContactEnrichmentJob,
    ContactEnrichmentLaunch,
    ContactSearchJob,
    ContactSearchRequest,
    ErrorCategory,
    ErrorCode,
    ErrorEnvelope,
    JobState,
    LaunchCustomFields,
    LaunchedJob,
)

MAX_READS = 100
READ_INTERVAL = 0.1
JANE = {"linkedin": "jane-doe-abc123"}
SLOW = {"custom_fields": LaunchCustomFields.from_dict({"sandbox": "seconds=0.5"})}
FAILING = {"custom_fields": LaunchCustomFields.from_dict({"sandbox": "state=FAILED"})}
UNKNOWN_JOB = UUID("00000000-0000-4000-8000-0000000000ff")


def connect(url, key):
    return AuthenticatedClient(
        url,
        token=key,
        prefix="",
        auth_header_name="x-api-key",
        raise_on_unexpected_status=True,
    )


def enrich(client, **body):
    """Launches a job and reads it until it is done. Returns all states and the job."""
    # The fields are parameters with types: an unknown one is a TypeError.
    body = ContactEnrichmentLaunch(**body)
    launched = launch_contact_enrichment.sync(client=client, body=body)
    assert isinstance(launched, LaunchedJob), launched
    states = []
    for _ in range(MAX_READS):
        job = find_contact_enrichment.sync(client=client, job_id=launched.job_id)
        assert isinstance(job, ContactEnrichmentJob), job
        states.append(job.status)
        if job.status is not JobState.RUNNING:
            return states, job
        time.sleep(READ_INTERVAL)
    raise AssertionError(f"the job is still running after {MAX_READS} reads")


def rejected(response, status, category, code):
    """Requires this error, with the type from the description."""
    error = response.parsed
    assert isinstance(error, ErrorEnvelope), response
    actual = (response.status_code, error.category, error.code)
    assert actual == (status, category, code), (actual, error.message)
    assert error.message, error


def check_jobs(client):
    states, job = enrich(client, **JANE, **SLOW)
    assert states[0] is JobState.RUNNING, states
    assert job.status is JobState.SUCCEEDED, job
    person = job.output.person
    found = (person.first_name, person.last_name, person.linkedin_id, person.company_domain)
    assert found == ("Jane", "Doe", "jane-doe-abc123", "acme.com"), person

    _, job = enrich(client, **JANE, **FAILING)
    assert job.status is JobState.FAILED, job
    return person


def check_account(client):
    account = get_account.sync(client=client)
    assert isinstance(account, Account), account
    assert account.account_usage.enrichment_contact_requests >= 2, account
    assert account.balance_remaining_usd > 0, account


def check_search(client, person):
    body = ContactSearchRequest(domain="acme.com", page_size=5)
    job = search_contacts.sync(client=client, body=body)
    assert isinstance(job, ContactSearchJob), job
    assert job.status is JobState.SUCCEEDED, job
    assert person.id in [one.id for one in job.output.persons], (person.id, job)


def check_errors(client, stranger):
    body = ContactEnrichmentLaunch(**JANE)
    response = launch_contact_enrichment.sync_detailed(client=stranger, body=body)
    rejected(response, 403, ErrorCategory.AUTH, ErrorCode.AUTH_BAD_API_KEY)

    body = ContactEnrichmentLaunch(domain="acme.com")
    response = launch_contact_enrichment.sync_detailed(client=client, body=body)
    rejected(response, 400, ErrorCategory.VALIDATION, ErrorCode.VALIDATION_BAD_REQUEST)

    response = find_contact_enrichment.sync_detailed(client=client, job_id=UNKNOWN_JOB)
    rejected(response, 404, ErrorCategory.NOT_FOUND, ErrorCode.NOT_FOUND_JOB_NOT_FOUND)


def main():
    url, key = sys.argv[1:]
    client = connect(url, key)
    person = check_jobs(client)
    check_account(client)
    check_search(client, person)
    check_errors(client, connect(url, "not-a-key"))
    print("Python client: launch, poll, account, search and errors pass")


main()
