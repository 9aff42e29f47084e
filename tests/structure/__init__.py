"""The form of the repository, checked by machine.

A check takes an addon's folder and returns findings, each `file: sentence`; an empty
list is a pass. Families: layering (who may know whom), code (class order, sizes, sudo,
transactions), manifests (keys, data files, readme), xml_ids, security (access rights,
company rules), tests_form (tests that would never run), translated. repository holds
what is not about one addon. test_planted_faults proves of each that it can fail.
"""
