"""The stock as a table of our own: the shop's products, and units reserved for replacements (R39)."""

from collections.abc import Callable, Collection
from datetime import datetime

from sqlalchemy import Connection, RowMapping, bindparam, func, select, update

from db.core.engine import Database
from db.core.upsert import InsertIgnore, Upsert, given
from db.tables import ProductRow, ReservationRow
from domain.cases.exchange import Product, Reservation

RESERVED, OUT_OF_STOCK, RELEASED = "reserved", "out_of_stock", "released"
_PRODUCTS, _RESERVATIONS = ProductRow.__table__, ReservationRow.__table__
_READ = select(_PRODUCTS).where(_PRODUCTS.c.sku.in_(bindparam("skus", expanding=True)))
_WRITE = Upsert(_PRODUCTS)
_TAKE = (
    update(_PRODUCTS)
    .where(_PRODUCTS.c.sku == bindparam("of_sku"), _PRODUCTS.c.available >= bindparam("units"))
    .values(available=_PRODUCTS.c.available - bindparam("units"))
)
_GIVE = (
    update(_PRODUCTS)
    .where(_PRODUCTS.c.sku == bindparam("of_sku"))
    .values(available=_PRODUCTS.c.available + bindparam("units"))
)
_STATUS = select(_RESERVATIONS.c.status).where(given(_RESERVATIONS.c.reservation_id))
_NOTE = InsertIgnore(_RESERVATIONS)
_SETTLE = (
    update(_RESERVATIONS)
    .where(_RESERVATIONS.c.reservation_id == bindparam("of_id"), _RESERVATIONS.c.status == bindparam("was"))
    .values(status=bindparam("to"))
)
_HELD = select(func.coalesce(func.sum(_RESERVATIONS.c.quantity), 0)).where(
    given(_RESERVATIONS.c.sku), _RESERVATIONS.c.status == RESERVED
)


class StockTable:
    """Products and reservations; every call is one transaction and safe to repeat."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def put(self, product: Product) -> None:
        """Record a product as the shop states it; reserved units are not part of `available`."""
        with self._database.writing() as connection:
            _WRITE.write(connection, {**product.model_dump(), "updated_at": self._now()})

    def products(self, skus: Collection[str]) -> dict[str, Product]:
        """Return the known products among them, by sku."""
        if not skus:
            return {}
        with self._database.reading() as connection:
            rows = connection.execute(_READ, {"skus": list(skus)}).mappings()
            return {row["sku"]: _product(row) for row in rows}

    def reserved(self, sku: str) -> int:
        """Return how many units of the product have been reserved so far, including sent ones."""
        with self._database.reading() as connection:
            return int(connection.execute(_HELD, {"sku": sku}).scalar_one())

    def reserve(self, reservation: Reservation) -> bool:
        """Reserve the units and return True, or return False if there are not enough; a repeat gets the same answer."""
        with self._database.writing() as connection:
            if not self._note(connection, reservation, RESERVED):
                return _status(connection, reservation) == RESERVED
            taken = connection.execute(_TAKE, {"of_sku": reservation.sku, "units": reservation.quantity}).rowcount
            if not taken:
                connection.execute(_SETTLE, {"of_id": reservation.reservation_id, "was": RESERVED, "to": OUT_OF_STOCK})
            return taken > 0

    def release(self, reservation: Reservation) -> None:
        """Release the units, once; a reservation that was never made cannot be made afterwards."""
        with self._database.writing() as connection:
            if self._note(connection, reservation, RELEASED):
                return
            released = {"of_id": reservation.reservation_id, "was": RESERVED, "to": RELEASED}
            if connection.execute(_SETTLE, released).rowcount:
                connection.execute(_GIVE, {"of_sku": reservation.sku, "units": reservation.quantity})

    def _note(self, connection: Connection, reservation: Reservation, status: str) -> bool:
        fields = reservation.model_dump(include={"reservation_id", "case_id", "sku", "quantity"})
        return _NOTE.add(connection, {**fields, "status": status, "asked_at": self._now()}) > 0


def _status(connection: Connection, reservation: Reservation) -> str:
    status = connection.execute(_STATUS, {"reservation_id": reservation.reservation_id}).scalar_one()
    return str(status)


def _product(row: RowMapping) -> Product:
    return Product(**{name: row[name] for name in Product.model_fields})
