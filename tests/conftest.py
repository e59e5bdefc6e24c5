"""Real servers that tests of several areas share: started once a session, on the first test that asks."""

pytest_plugins = ("tests.sandbox_process", "tests.seaweed")
