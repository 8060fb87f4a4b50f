"""How claims are judged: intervals, paired tests, the words of a verdict and their JSON.

Nothing here knows a network: functions take counts, arrays and settings, so that scenarios, results
of theory and whatever else measures over seeds are judged alike.
"""
