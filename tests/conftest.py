from hypothesis import settings

# A busy machine makes one example slow, which says nothing of the code.
settings.register_profile("shapesheet", deadline=None)
settings.load_profile("shapesheet")
