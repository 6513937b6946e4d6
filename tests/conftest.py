"""What all tests share: the option that accepts new output, and a hasty profile for those who look for a failure by hand."""

from hypothesis import Phase, settings

# --hypothesis-profile=hasty: the first failure as it came, without minutes of making it smaller
settings.register_profile("hasty", phases=[Phase.explicit, Phase.generate])


def pytest_addoption(parser):
    help = "write what the commands say now into transcripts and README, for review with git diff"
    parser.addoption("--accept", action="store_true", help=help)
