from marketplace.core.ports.storage import Storage
from relevance_set import judge, mean_reciprocal_rank


async def test_mean_reciprocal_rank_of_the_judged_searches_is_at_least_0_9(empty_storage: Storage) -> None:
    judged = await judge(empty_storage)

    assert len(judged) >= 120
    assert mean_reciprocal_rank(judged) >= 0.9, [each for each in judged if each.score < 1]
