"""Settings every test shares."""

from hypothesis import settings

# The first call of a library can take long on a busy machine; no test here is about time.
settings.register_profile("guiyi", deadline=None)
settings.load_profile("guiyi")
