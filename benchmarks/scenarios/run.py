def measure_generality(o): pass
