"""Why a training does not get where the data let it: causes, tried by removing them."""
