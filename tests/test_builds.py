from pathlib import Path

import pytest
import yaml

from tests.bench import builds, growth


@pytest.mark.parametrize("name", builds.PARTS)
def test_a_part_is_taken_out_of_the_real_configuration(tmp_path: Path, name: str) -> None:
    whole = (growth.copies.ROOT / "mkdocs.yml").read_text()
    (tmp_path / "mkdocs.yml").write_text(whole)
    builds.vary(builds.PARTS[name], tmp_path)
    assert yaml.safe_load((tmp_path / builds.VARIANT).read_text()) != yaml.safe_load(whole)
    assert (tmp_path / "mkdocs.yml").read_text() == whole


def test_every_build_is_strict_and_measured_beside_the_whole(tmp_path: Path) -> None:
    site = builds.parts(growth.project(tmp_path, 2), 2, 1)
    assert [part.name for part in site.parts] == list(builds.PARTS)
    assert all(each.seconds > 0 for each in (site, *site.parts))
