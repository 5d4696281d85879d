"""What the demo company consists of: plain data, references by index, users by short name."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

UserKey = Literal["admin", "manager", "anna", "jan"]
ActivityKind = Literal["call", "meeting", "visit", "email", "letter"]
DealStatus = Literal["open", "won", "lost"]


@dataclass(frozen=True, slots=True)
class DemoUser:
    key: UserKey
    full_name: str
    language: str
    time_zone: str
    team: str

    @property
    def email(self) -> str:
        return f"{self.key}@demo.example"


@dataclass(frozen=True, slots=True)
class DemoCompany:
    """`iban` is a valid account number of the country; `revenue` is a year's in `currency`."""

    name: str
    country: str
    language: str
    street: str
    city: str
    postal_code: str
    region: str
    registration_number: str
    tax_number: str
    vat_number: str
    iban: str
    email: str
    phone: str
    website: str
    industry: str
    employees: int
    revenue: Decimal
    currency: str
    lifecycle: str
    roles: tuple[str, ...]
    classification: str
    source: str
    tags: tuple[str, ...]
    description: str
    owner: UserKey
    created_at: datetime
    parent: int | None = None


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """`company` is an index into the companies; None for a consumer, who then has an address."""

    given_name: str
    family_name: str
    title_before: str
    title_after: str
    country: str
    language: str
    company: int | None
    job_title: str
    buying_role: str
    email: str
    phone: str
    street: str
    city: str
    postal_code: str
    region: str
    lifecycle: str
    roles: tuple[str, ...]
    source: str
    tags: tuple[str, ...]
    birthday: date | None
    owner: UserKey
    created_at: datetime


@dataclass(frozen=True, slots=True)
class DemoStage:
    name: str
    status: DealStatus
    probability: int


@dataclass(frozen=True, slots=True)
class DemoPipeline:
    name: str
    stages: tuple[DemoStage, ...]


@dataclass(frozen=True, slots=True)
class DemoDeal:
    """`stages` are the stages it went through with their times, in order; the last is its stage now."""

    name: str
    company: int
    pipeline: int
    stages: tuple[tuple[int, datetime], ...]
    status: DealStatus
    amount: Decimal
    currency: str
    probability: int
    expected_close: date
    next_step: str
    next_step_at: date | None
    loss_reason: str
    source: str
    tags: tuple[str, ...]
    contacts: tuple[tuple[int, str], ...]
    owner: UserKey

    @property
    def created_at(self) -> datetime:
        return self.stages[0][1]


@dataclass(frozen=True, slots=True)
class DemoActivity:
    """`people` are the participants; `outcome` is empty for what is still planned."""

    kind: ActivityKind
    subject: str
    body: str
    at: datetime
    minutes: int
    outcome: str
    cost: Decimal | None
    currency: str
    company: int
    people: tuple[int, ...]
    deal: int | None
    owner: UserKey
    created_at: datetime


@dataclass(frozen=True, slots=True)
class DemoTask:
    """`activity` is where the task came from and tells what it is about."""

    title: str
    due_at: datetime
    done_at: datetime | None
    priority: Literal["low", "normal", "high"]
    owner: UserKey
    activity: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class DemoRemark:
    """Something written about a company: a comment for everybody, or a note for its author and those named."""

    text: str
    company: int
    author: UserKey
    at: datetime
    is_private: bool
    readers: tuple[UserKey, ...] = ()


@dataclass(frozen=True, slots=True)
class Demo:
    today: date
    users: tuple[DemoUser, ...]
    companies: list[DemoCompany] = field(default_factory=list)
    people: list[DemoPerson] = field(default_factory=list)
    pipelines: tuple[DemoPipeline, ...] = ()
    deals: list[DemoDeal] = field(default_factory=list)
    activities: list[DemoActivity] = field(default_factory=list)
    tasks: list[DemoTask] = field(default_factory=list)
    remarks: list[DemoRemark] = field(default_factory=list)
