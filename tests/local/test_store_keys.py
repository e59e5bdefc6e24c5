from local.stack.store_keys import StoreKeys


def test_every_store_gets_keys_of_its_own():
    assert StoreKeys().secret_key != StoreKeys().secret_key


def test_kept_keys_are_the_same_the_next_time_and_only_their_owner_reads_them(tmp_path):
    file = tmp_path / "folder" / "keys.json"
    assert StoreKeys.kept(file) == StoreKeys.kept(file)
    assert file.stat().st_mode & 0o777 == 0o600


def test_all_four_inner_doors_of_the_store_are_locked():
    environment = StoreKeys().environment()
    doors = ("SIGNING_KEY", "SIGNING_READ_KEY", "FILER_SIGNING_KEY", "FILER_SIGNING_READ_KEY")
    locks = [environment[f"WEED_JWT_{door}"] for door in doors]
    assert len(set(locks)) == 4
    assert min(len(lock) for lock in locks) >= 32


def test_no_print_shows_the_secret_key():
    keys = StoreKeys()
    assert keys.secret_key not in repr(keys)
    assert keys.signing_key not in repr(keys)
