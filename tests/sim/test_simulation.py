"""A bounded run of the simulator: short lives from fixed seeds (simulate.py --seed 1 --steps 300), and one from a seed that is new every time and printed."""

import random

import pytest
import simulate


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_law_holds_after_every_step(seed):
    simulate.live(seed, simulate.STEPS_OF_A_LIFE, simulate.Tally())


@pytest.mark.slow
def test_every_law_holds_from_a_seed_that_nobody_chose():
    seed = random.randrange(10**9)
    print(f"seed {seed}")
    simulate.live(seed, simulate.STEPS_OF_A_LIFE, simulate.Tally())


@pytest.mark.slow
def test_a_seed_lives_the_same_life_again():
    first, again = simulate.Tally(), simulate.Tally()
    simulate.live(7, 25, first)
    simulate.live(7, 25, again)
    assert first == again and first["steps"] == 25
