"""What a service is, as data: its fields, and its actions (action.py). One table for each stands in `providers/`.

Whoever needs to know what a field is called, how long it may be, what an operation changes, how strongly it is asked
about or whether it can be taken back, reads it here; no other module has a list of them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from types import MappingProxyType

from tui_reseller.domain.action import FOREIGN_ACTION, NO_SWITCH, Action
from tui_reseller.domain.operation import Operation
from tui_reseller.domain.value import Value

KEY = "username"
"""The name of every service's key of a customer, in all outputs, files and rows of the ledger."""
DETAILS_READ = "details_read"
"""The name of the column that says when the fields told one by one were read: ISO 8601 in UTC, empty where never."""
NOTHING_LACKS: Mapping[Operation, str] = MappingProxyType({})


class Kind(Enum):
    """What a field holds. A switch is on, off or unknown."""

    TEXT = "text"
    SWITCH = "switch"
    CHOICE = "choice"
    NUMBER = "number"
    MOMENT = "moment"


class Told(Enum):
    """How the service tells a field: wherever it tells of a customer, in the rows of a list but not where one customer
    is asked for, one by one on demand, or never: then it is what we last set.
    """

    LIST = "list"
    ROWS = "rows"
    DETAIL = "detail"
    NEVER = "never"


class AtCreate(Enum):
    """Whether a new customer takes a field. Advised is one that the service may ask for: without it there is a
    warning.
    """

    NO = "no"
    REQUIRED = "required"
    ADVISED = "advised"
    OPTIONAL = "optional"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a customer.

    Label is its word in forms, title that of its column, width that column's width in cells;
    former_titles are those that it had in earlier versions, in files that come back. Set_by is the operation
    that changes it on a customer. Limit is the longest text in characters, limit_at_create that of a new customer.
    Check names a rule beyond the limit (services/validation.py). Is_column says whether the record of a customer has
    it: what only a new customer takes is in no list. Is_offered: the service knows values to choose from. Read_with is
    the column that says when it was read, of what is told one by one: fields that have it in common are read together.
    Is_moving: it changes by itself, as a count of credits does, so that another value than before is nobody's doing.
    """

    name: str
    label: str
    kind: Kind = Kind.TEXT
    told: Told = Told.LIST
    set_by: Operation | None = None
    at_create: AtCreate = AtCreate.NO
    limit: int = 255
    limit_at_create: int | None = None
    check: str = ""
    choices: tuple[str, ...] = ()
    is_searched: bool = False
    is_column: bool = True
    is_offered: bool = False
    is_moving: bool = False
    read_with: str = DETAILS_READ
    title: str = ""
    former_titles: tuple[str, ...] = ()
    width: int = 16

    @property
    def is_address(self) -> bool:
        """Whether it is an e-mail address."""
        return self.check == "email"

    @property
    def is_detail(self) -> bool:
        """Whether it is told for one customer at a time."""
        return self.told is Told.DETAIL

    @property
    def heading(self) -> str:
        """The title of its column."""
        return self.title or self.name.upper().replace("_", " ")


@dataclass(frozen=True, eq=False)
class Provider:
    """A service: what it is called, where it is, what a customer has there, and what can be done.

    Formats are those of its answers, the first by default. Identity are the fields that tell a customer from another
    one with the same username, where there is no id. Lacks says of operations of other services why this one has them
    not, and what to do instead. Needs_api_user: signing in takes a name beside the key. List_is_atomic: a whole list
    is one moment, so that an absence in it proves something. Reads_lag is how many seconds a reading may be behind.
    New_values are the switches as a new customer has them. Name_fields and place_fields are what a customer is
    described by in one line. Sections are titles and the fields under each, as a customer is shown; a field that is
    in none stands in the first. Postal_line is the line of a postal address below the street: its groups are separated
    by commas, the fields of a group by spaces. Tells_usage: it has statistics of what customers send; else
    why_no_usage says where they are seen instead. After_create is the operation that gives a new customer what create
    does not carry, as soon as it can be read. Eu_base_url is where calls for customers of the European region go, empty
    where there is one place for all.
    """

    id: str
    title: str
    base_url: str
    fields: tuple[Field, ...]
    actions: Mapping[Operation, Action]
    formats: tuple[str, ...] = ("json",)
    identity: tuple[str, ...] = ()
    lacks: Mapping[Operation, str] = field(default_factory=lambda: NOTHING_LACKS)
    needs_api_user: bool = True
    list_is_atomic: bool = True
    reads_lag: float = 0.0
    new_values: Mapping[str, bool] = field(default_factory=lambda: NO_SWITCH)
    name_fields: tuple[str, ...] = ()
    place_fields: tuple[str, ...] = ()
    sections: tuple[tuple[str, tuple[str, ...]], ...] = (("Details", ()),)
    postal_line: tuple[tuple[str, ...], ...] = ()
    eu_base_url: str = ""
    tells_usage: bool = False
    why_no_usage: str = ""
    after_create: Operation | None = None

    def __post_init__(self) -> None:
        """Hold the table together. Raises ValueError, which is a mistake of our own."""
        for moment in (DETAILS_READ, *self.groups) if self.details else ():
            if moment not in self.details:
                raise ValueError(f"{self.id} tells details one by one, and has no column {moment}")

    def has(self, operation: Operation) -> bool:
        """Whether this service has an operation."""
        return operation in self.actions

    def action(self, operation: Operation) -> Action:
        """Return what is known of an operation."""
        return self.actions.get(operation, FOREIGN_ACTION)

    @cached_property
    def names_customers(self) -> bool:
        """Whether the service gives a new customer its key: then nobody chooses it, and it is never another one's."""
        return self.has(Operation.CREATE) and self.by_name[KEY].at_create is AtCreate.NO

    def label(self, name: str) -> str:
        """Return the word of a field, or its name where there is none."""
        found = self.by_name.get(name)
        return found.label if found else name

    def limit(self, name: str, otherwise: int = 255) -> int:
        """Return the longest text of a field in characters."""
        found = self.by_name.get(name)
        return found.limit if found else otherwise

    def value(self, name: str, text: str) -> Value:
        """Return what a text that is set stands for in a field: a number where that is what the field holds."""
        found = self.by_name.get(name)
        is_number = found is not None and found.kind is Kind.NUMBER and text.isascii() and text.isdigit()
        return int(text) if is_number else text

    def operation_for(self, name: str) -> Operation | None:
        """Return the operation that changes a field, or turns it on where it is a switch; None if none does."""
        found = self.by_name.get(name)
        return found.set_by if found else None

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        """All fields by their names."""
        return {one.name: one for one in self.fields}

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Names of the fields that the record of a customer has, in the order in which they are shown and written."""
        return tuple(one.name for one in self.fields if one.is_column)

    @cached_property
    def switches(self) -> tuple[str, ...]:
        """Names of the columns that are on, off or unknown."""
        return tuple(one.name for one in self.fields if one.is_column and one.kind is Kind.SWITCH)

    @cached_property
    def untold(self) -> frozenset[str]:
        """Names of the columns that the service never tells: what is known of them is what we last set."""
        return frozenset(one.name for one in self.fields if one.is_column and one.told is Told.NEVER)

    @cached_property
    def untold_switches(self) -> frozenset[str]:
        """Those of them that are switches."""
        return self.untold & frozenset(self.switches)

    @cached_property
    def not_in_find(self) -> tuple[str, ...]:
        """Names of the columns that are not read where one customer is asked for: they stay as they were known."""
        return tuple(one.name for one in self.fields if one.is_column and one.told in {Told.ROWS, Told.DETAIL})

    @cached_property
    def details(self) -> tuple[str, ...]:
        """Names of the columns that are read for one customer at a time, with the time of that."""
        return tuple(one.name for one in self.fields if one.is_column and one.told is Told.DETAIL)

    @cached_property
    def groups(self) -> Mapping[str, tuple[str, ...]]:
        """The same columns by the one that says when they were read. The first group is meant by details alone."""
        found: dict[str, tuple[str, ...]] = {DETAILS_READ: ()} if self.details else {}
        for name in self.details:
            moment = self.by_name[name].read_with
            found[moment] = (*found.get(moment, ()), name)
        return found

    def groups_of(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return the groups that some of these fields are of."""
        found = {self.by_name[one].read_with for one in names if one in self.by_name and self.by_name[one].is_detail}
        return tuple(moment for moment in self.groups if moment in found)

    @cached_property
    def moving(self) -> frozenset[str]:
        """Names of the columns that change by themselves."""
        return frozenset(one.name for one in self.fields if one.is_column and one.is_moving)

    @cached_property
    def find_tells(self) -> frozenset[str]:
        """Names of the columns that are read where one customer is asked for."""
        return frozenset(one.name for one in self.fields if one.is_column and one.told is Told.LIST)

    def are_details(self, names: Iterable[str]) -> bool:
        """Whether some of these fields are told for one customer at a time."""
        return bool(self.groups_of(names))

    @cached_property
    def searched(self) -> tuple[str, ...]:
        """Names of the columns in which a bare word is looked for."""
        return tuple(one.name for one in self.fields if one.is_column and one.is_searched)

    @cached_property
    def address_field(self) -> str:
        """Name of the column that is an e-mail address, or empty."""
        return next((one.name for one in self.fields if one.is_column and one.is_address), "")

    @cached_property
    def opened_field(self) -> str:
        """Name of the column in which the list tells when a customer was opened, or empty."""
        rows = (one for one in self.fields if one.is_column and one.told in {Told.LIST, Told.ROWS})
        return next((one.name for one in rows if one.kind is Kind.MOMENT), "")

    @cached_property
    def expected(self) -> tuple[str, ...]:
        """Names of the columns that every customer should have: without one of them, data is missing. What was not read
        is unknown and not missing.
        """
        required = (one for one in self.fields if one.is_column and one.at_create is AtCreate.REQUIRED)
        return tuple(one.name for one in required if one.told is not Told.DETAIL and one.name != KEY)

    @cached_property
    def create_fields(self) -> tuple[str, ...]:
        """Names of the fields that a new customer takes: first those that it must have."""
        order = (AtCreate.REQUIRED, AtCreate.ADVISED, AtCreate.OPTIONAL)
        return tuple(one.name for need in order for one in self.fields if one.at_create is need)

    @cached_property
    def set_after_create(self) -> tuple[str, ...]:
        """Names of the fields that a new customer is given by a second call."""
        return self.action(self.after_create).takes if self.after_create is not None else ()

    @cached_property
    def offered_at_create(self) -> tuple[str, ...]:
        """Names of the fields that a form offers beside those that a new customer must have: what the service may ask
        for, what the record shows, an e-mail address, which tells it from others. Commands and files take all.
        """
        return tuple(
            one.name
            for one in self.fields
            if one.at_create is AtCreate.ADVISED
            or (one.at_create is AtCreate.OPTIONAL and (one.is_column or one.is_address))
        )

    @cached_property
    def offered_by_service(self) -> tuple[str, ...]:
        """Names of the fields of a new customer for which the service offers values."""
        return tuple(one.name for one in self.fields if one.is_offered)

    def at_create(self, need: AtCreate) -> tuple[str, ...]:
        """Return the names of the fields that a new customer must have, should have, or may have."""
        return tuple(one.name for one in self.fields if one.at_create is need)
