from policy.money import allocate, caps


def test_r32_what_is_left_of_a_payment_is_captured_minus_committed():
    assert caps((6600, 1000), (600, 0)) == (6000, 1000)


def test_r32_an_exhausted_payment_takes_nothing_more():
    assert caps((6600, 1000), (6600, 1001)) == (0, 0)
    assert allocate(500, caps((6600,), (6600,))) == ((0,), 500)


def test_r32_what_the_payments_cannot_take_goes_outside_them():
    assert allocate(7500, (6600,)) == ((6600,), 900)


def test_r35_the_payments_are_filled_in_their_fixed_order():
    assert allocate(1500, (1000, 2000, 300)) == ((1000, 500, 0), 0)
    assert allocate(3300, (1000, 2000, 300)) == ((1000, 2000, 300), 0)


def test_r35_a_later_payment_is_not_touched_while_an_earlier_one_has_room():
    assert allocate(1000, (1000, 2000)) == ((1000, 0), 0)
    assert allocate(0, (1000, 2000)) == ((0, 0), 0)
