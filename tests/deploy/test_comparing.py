"""比较: two JSON values do not differ exactly when they are equal, and each difference is one."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from deploy.audit.comparing import differences

scalars = st.none() | st.booleans() | st.integers(-3, 3) | st.text("ab", max_size=2)
values: st.SearchStrategy[Any] = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
        | st.lists(
            st.fixed_dictionaries({"project_id": st.sampled_from("xyz"), "phase": inner}),
            max_size=3,
        )
    ),
    max_leaves=12,
)


@given(values)
def test_a_value_does_not_differ_from_itself(value: Any) -> None:
    assert list(differences(value, value)) == []


@given(values, values)
def test_each_difference_is_one_and_turns_round(one: Any, other: Any) -> None:
    found = list(differences(one, other))
    assert all(
        each.before != each.after or type(each.before) is not type(each.after) for each in found
    )
    there = {(each.path, str(each.before), str(each.after)) for each in found}
    back = {(each.path, str(each.after), str(each.before)) for each in differences(other, one)}
    assert there == back


def test_what_is_listed_is_told_apart_by_what_it_is() -> None:
    before = {"projects": [{"project_id": "x", "phase": "A"}, {"project_id": "y", "phase": "A"}]}
    after = {"projects": [{"project_id": "y", "phase": "A"}, {"project_id": "x", "phase": "B"}]}
    (found,) = differences(before, after)
    assert found == (("projects", "x", "phase"), "A", "B")


def test_an_item_more_is_one_difference() -> None:
    (found,) = differences([], [{"project_id": "x"}])
    assert (found.path, found.before) == (("x",), None)
