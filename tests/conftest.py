from hypothesis import settings

# A busy machine makes one example slow, which says nothing of the code.
settings.register_profile("shapesheet", deadline=None)
# For a search of minutes: pytest --hypothesis-profile=thorough tests/test_contract.py
settings.register_profile("thorough", deadline=None, max_examples=5000)
settings.load_profile("shapesheet")
