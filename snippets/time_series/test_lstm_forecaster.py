def test_a(): """A."""
def test_b(): """B."""
def test_c(): """C."""
