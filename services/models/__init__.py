"""Every table, in the order in which they depend on each other."""

# ruff: noqa: I001 (the order is the meaning)

from services.models.catalogue import Edition, Organisation, Place, PlacePicture, Room, SupportForm, SupportPath
from services.models.people import AccessNeed, Enrolment, Person, Qualification, StaffMember, StaffRole
from services.models.plans import Goal, Plan, PlanVersion, Step, StepRecord
from services.models.slots import Slot
from services.models.bookings import AttendanceStatement, Booking, Intention
from services.models.interpreters import InterpreterOrder
from services.models.reminders import ReminderChoice, TrustedContact
from services.models.waiting import Offer, Wish
from services.models.follow_ups import FollowUp
from services.models.identity import Device, Draft, Link, SignInCode
from services.models.acting import Mandate, MandateDevice, MandateLink, MandateThing
from services.models.factors import DeviceOpening, Passkey, PasskeyAsk, RecoveryCode, SecondFactor
from services.models.campaigns import Campaign, CampaignContact, CampaignTemplate
from services.models.barriers import BarrierReport
from services.models.outbox import Incoming, MailboxItem, Message, Provider, PushSubscription
from services.models.calls import Call, CallTry
from services.models.tasks import Task
from services.models.audit import AccessLog, AuditEntry

__all__ = [
    "AccessLog", "AccessNeed", "AttendanceStatement", "AuditEntry", "BarrierReport", "Booking", "Call", "CallTry", "Campaign",
    "CampaignContact", "CampaignTemplate", "Device", "DeviceOpening", "Draft", "Edition", "Enrolment", "FollowUp",
    "Goal", "Incoming", "Intention", "InterpreterOrder", "Link", "MailboxItem", "Mandate", "MandateDevice", "MandateLink", "MandateThing", "Message", "Offer", "Organisation", "Passkey", "PasskeyAsk",
    "Person", "Place", "PlacePicture", "Plan", "PlanVersion", "Provider", "PushSubscription", "Qualification", "RecoveryCode",
    "ReminderChoice", "Room", "SecondFactor", "SignInCode", "Slot", "StaffMember", "StaffRole", "Step", "StepRecord",
    "SupportForm", "SupportPath", "Task", "TrustedContact", "Wish",
]  # fmt: skip
