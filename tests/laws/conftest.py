import sys
from pathlib import Path

from hypothesis import Phase, settings

# pytest --hypothesis-profile=hasty: the first failure as it came, without minutes of making it smaller
settings.register_profile("hasty", phases=[Phase.explicit, Phase.generate])

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "domain"))
