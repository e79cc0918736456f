if True:
    print("yes")
