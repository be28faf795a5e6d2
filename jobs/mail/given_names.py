"""The first names that are surely a person's: a letter that greets by one greets everybody by it.

Left out are names that are everyday words too, such as Grace, Joy, Angel or Sunny.
"""

from functools import cache

from jobs.clinic.pet_names import TABLE

_FURTHER = """
aaron adam adriana adriano aisha alan alice alicia allen alma alvaro amir amit amy ana anand anil anita anjali anna
aparna ariana arjun arturo arun asha ashley audrey ava ayesha bianca brian bruce bryan camila carl carla carlos
carol carolina cecilia cesar chen chloe claire clara claudia connie craig cristian cristina danielle darlene dawn
deepa deepak denise derek devi diana diane diego divya dominic donna doris dylan edgar elaine elena eliana elijah
ella ellen elsa emma eric erica erik erika erin esteban esther ethan eva fatima fiona gary george georgia gina glenn
gloria graciela haley hannah hassan heather hector helen holly hugo ian ibrahim ines irene isaac ivan jane janice
javier jay jean jenna jill joan joanne joaquin jorge juana julian karen karina karla karthik katrina kavita keith
kelly kelsey kevin kiran krishna kyle lakshmi lara laura lauren leah leila linda lisa logan lorena lori luca luna
lydia lynn mahesh marcela marco mariana maribel marilyn marina mario marisol marta maya meena meera megan mei ming
miriam mohammed monica muhammad natalia neha nidhi nina noah noelia nora norma omar pablo paola paul paula pooja
pradeep priya quentin rafael rahul raj rajesh ramona raul ravi rohan rosa ruben ruth ryan sanjay scott sean shawn
shreya silvia simon sofia sonia sonya sunil suresh sylvia tamara tanya tara tatiana tiffany todd tracy trevor tyler
valeria vijay vikram vivian wei wendy xavier ximena yan yesenia yesica ying yuki yusuf zoe
"""


@cache
def given_names() -> frozenset[str]:
    """First names and pet names in small letters."""
    return frozenset(TABLE.replace(":", " ").split()) | frozenset(_FURTHER.split())
