import signal

from hypothesis import settings

# A shell that starts this in the background has it and its children ignore Ctrl-C, which some
# tests send.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# A busy machine makes one example slow, which says nothing of the code.
settings.register_profile("shapesheet", deadline=None)
# For a search of minutes: pytest --hypothesis-profile=thorough tests/test_contract.py
settings.register_profile("thorough", deadline=None, max_examples=5000)
settings.load_profile("shapesheet")
