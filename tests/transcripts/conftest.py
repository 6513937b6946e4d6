"""The option that writes transcripts anew. pytest only learns it when told this directory, hence both paths in the command."""


def pytest_addoption(parser):
    help = "write what the commands say now into the transcripts, for review: pytest tests/test_transcripts.py tests/transcripts --accept"
    parser.addoption("--accept", action="store_true", help=help)
