"""Every table, in the order in which they depend on each other."""

# ruff: noqa: I001 (the order is the meaning)

from services.models.catalogue import Edition, Organisation, Place, Room, SupportForm, SupportPath
from services.models.people import AccessNeed, Enrolment, Person, Qualification, StaffMember, StaffRole
from services.models.plans import Goal, Plan, PlanVersion, Step, StepRecord
from services.models.slots import Slot
from services.models.bookings import AttendanceStatement, Booking, Intention
from services.models.identity import Device, Draft, Link, SignInCode
from services.models.outbox import Campaign, MailboxItem, Message, PushSubscription, ReminderChoice
from services.models.tasks import Task
from services.models.audit import AccessLog, AuditEntry

__all__ = [
    "AccessLog", "AccessNeed", "AttendanceStatement", "AuditEntry", "Booking", "Campaign", "Device", "Draft", "Edition",
    "Enrolment", "Goal", "Intention", "Link", "MailboxItem", "Message", "Organisation", "Person", "Place", "Plan",
    "PlanVersion", "PushSubscription", "Qualification", "ReminderChoice", "Room", "SignInCode", "Slot", "StaffMember",
    "StaffRole", "Step", "StepRecord", "SupportForm", "SupportPath", "Task",
]  # fmt: skip
