"""One call and its idempotency key: it is executed once, and every repeat gets the same answer, or one renewed.

Source: docs.stripe.com/api/idempotent_requests; developer.paypal.com/api/rest/reference/idempotency.
"""

from collections.abc import Callable
from dataclasses import dataclass

from local.payment_sandbox.ledger import Ledger
from local.payment_sandbox.records import Answer
from local.payment_sandbox.stripe import dialect
from local.payment_sandbox.stripe.dialect import RefusedError

SERVER_ERROR = 500
Execution = Callable[..., Answer]


@dataclass(frozen=True)
class Call:
    """A request to the ledger; `execute` runs in the same transaction that stores the answer.

    `reused` and `declined` are the provider's answers to a key that was used otherwise, and to a refund that it
    declines with this code.
    """

    ledger: Ledger
    key: str | None
    fingerprint: str
    execute: Execution
    reused: Answer = dialect.KEY_REUSED
    renewed: Callable[[Answer], Answer] = lambda answer: answer
    keeps_server_errors: bool = True
    declined: Callable[[str], Answer] = dialect.declined

    def commit(self, **outcome: str | None) -> Answer:
        """Execute the request, or return the stored answer; `outcome` is passed to the execution."""
        return self._once(lambda: self.execute(**outcome))

    def keep(self, answer: Answer, *, executed: bool = False) -> Answer:
        """Return this answer, whether or not the request is executed as well, and store it if the provider does so."""
        if not self.keeps_server_errors and answer.status >= SERVER_ERROR:
            if executed:
                self.commit()
            return answer
        return self._once(lambda: (self.execute() if executed else None, answer)[1])

    def _once(self, produce: Callable[[], Answer]) -> Answer:
        if self.key and (kept := self.ledger.answer(self.key)):
            return self._replayed(*kept)
        try:
            with self.ledger.writing():
                return self._kept(produce())
        except RefusedError as refusal:
            return self._kept(refusal.answer) if refusal.executed else refusal.answer

    def _kept(self, answer: Answer) -> Answer:
        if self.key:
            self.ledger.keep_answer(self.key, self.fingerprint, answer)
        return answer

    def _replayed(self, fingerprint: str, answer: Answer) -> Answer:
        if fingerprint == self.fingerprint:
            return self.renewed(answer)
        return self.reused
